import protobuf from 'protobufjs';
import definitions from '../../recordings/opentelemetry/otlp.json' with { type: 'json' };

export const officialTypes = protobuf.Root.fromJSON(definitions);

const service = (signal: string): protobuf.Type =>
  officialTypes.lookupType(
    `opentelemetry.proto.collector.${signal}.v1.Export${signal === 'trace' ? 'Trace' : signal === 'logs' ? 'Logs' : 'Metrics'}ServiceRequest`,
  );

/** By the path that a signal is sent to. */
export const REQUEST_TYPES: Readonly<Record<string, protobuf.Type>> = {
  '/v1/traces': service('trace'),
  '/v1/logs': service('logs'),
  '/v1/metrics': service('metrics'),
};

const BYTES = ['traceId', 'spanId', 'parentSpanId'];

const withHexIds = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withHexIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      BYTES.includes(name) ? Buffer.from(String(member), 'base64').toString('hex') : withHexIds(member),
    ]),
  );
};

/** What a body says by the official definitions, in the form of OTLP's JSON. */
export const decodeOfficially = (path: string, body: Buffer): unknown => {
  const type = REQUEST_TYPES[path];
  if (!type) throw new Error(`nothing is sent to ${path}`);
  return withHexIds(type.toObject(type.decode(body), { longs: String, bytes: String }));
};
