import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json-object.ts';
import { decodeMessage, MalformedMessage } from '../../../src/telemetry/otlp/decode-message.ts';
import { encodeMessage } from '../../../src/telemetry/otlp/encode-message.ts';
import type { MessageType } from '../../../src/telemetry/otlp/message-type.ts';
import { ANY_VALUE, LOGS, METRICS, SPAN, TRACES } from '../../../src/telemetry/otlp/messages.ts';
import { decodeOfficially, officialTypes, REQUEST_TYPES } from '../../support/otlp/official-types.ts';

const at = '1764489600000000000';
const attributes = [
  { key: 'text', value: { stringValue: 'grüße' } },
  { key: 'empty', value: { stringValue: '' } },
  { key: 'whole', value: { intValue: '-5' } },
  { key: 'large', value: { intValue: '9007199254740993' } },
  { key: 'part', value: { doubleValue: 0.25 } },
  { key: 'yes', value: { boolValue: true } },
  { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '300' }] } } },
  { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { bytesValue: 'AAE=' } }] } } },
];
const around = { resource: { attributes }, scope: { name: 'scope', version: '1' } };

const MESSAGES: readonly (readonly [path: string, type: MessageType, message: JsonObject])[] = [
  [
    '/v1/traces',
    TRACES,
    {
      resourceSpans: [
        {
          resource: around.resource,
          scopeSpans: [
            {
              scope: around.scope,
              spans: [
                {
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                  spanId: 'b7ad6b7169203331',
                  parentSpanId: '00f067aa0ba902b7',
                  flags: 257,
                  name: 'chat gpt-5.5',
                  kind: 3,
                  startTimeUnixNano: at,
                  endTimeUnixNano: at,
                  attributes,
                  events: [{ timeUnixNano: at, name: 'event', attributes }],
                  status: { message: 'why', code: 2 },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  [
    '/v1/logs',
    LOGS,
    {
      resourceLogs: [
        {
          resource: around.resource,
          scopeLogs: [
            {
              scope: around.scope,
              logRecords: [
                {
                  timeUnixNano: at,
                  observedTimeUnixNano: at,
                  severityNumber: 9,
                  severityText: 'INFO',
                  body: { stringValue: 'body' },
                  attributes,
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                  spanId: 'b7ad6b7169203331',
                  eventName: 'event',
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  [
    '/v1/metrics',
    METRICS,
    {
      resourceMetrics: [
        {
          resource: around.resource,
          scopeMetrics: [
            {
              scope: around.scope,
              metrics: [
                {
                  name: 'sum',
                  unit: '1',
                  sum: {
                    dataPoints: [
                      { attributes, startTimeUnixNano: at, timeUnixNano: at, asInt: '-7' },
                      { startTimeUnixNano: at, timeUnixNano: at, asDouble: 0.5 },
                    ],
                    aggregationTemporality: 2,
                    isMonotonic: true,
                  },
                },
                {
                  name: 'histogram',
                  histogram: {
                    dataPoints: [
                      {
                        timeUnixNano: at,
                        count: '3',
                        sum: 1.5,
                        bucketCounts: ['1', '2'],
                        explicitBounds: [0.5],
                        attributes,
                      },
                    ],
                    aggregationTemporality: 2,
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
];

describe.each(MESSAGES)('%s', (path, type, message) => {
  it('is read by the official definitions as it was written', () => {
    expect(decodeOfficially(path, encodeMessage(type, message))).toEqual(message);
  });

  it('reads back what it has written', () => {
    expect(decodeMessage(type, encodeMessage(type, message))).toEqual(message);
  });

  it('is malformed wherever it is cut, or shorter by whole fields', () => {
    const bytes = encodeMessage(type, message);
    for (let end = 0; end < bytes.length; end++) {
      try {
        decodeMessage(type, bytes.subarray(0, end));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessage);
      }
    }
  });

  it('has the fields of the official definitions', () => {
    const check = (ours: MessageType, theirs: protobuf.Type, seen: Set<MessageType>): void => {
      if (seen.has(ours)) return;
      seen.add(ours);
      for (const { name, number, kind, isRepeated } of ours.fields) {
        const field = theirs.fields[name]?.resolve();
        expect([name, field?.id, field?.repeated]).toEqual([name, number, isRepeated]);
        const resolved = field?.resolvedType;
        if (typeof kind !== 'string') check(kind, resolved as protobuf.Type, seen);
        else if (kind === 'enum') expect(resolved?.constructor.name).toBe('Enum');
        else expect(field?.type).toBe(kind === 'hex' ? 'bytes' : kind);
      }
    };
    check(type, REQUEST_TYPES[path] as protobuf.Type, new Set());
  });
});

const nested = (depth: number): JsonObject =>
  depth === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nested(depth - 1)] } };

it('refuses values that lie too deep, and reads those that do not', () => {
  expect(decodeMessage(ANY_VALUE, encodeMessage(ANY_VALUE, nested(12)))).toEqual(nested(12));
  expect(() => decodeMessage(ANY_VALUE, encodeMessage(ANY_VALUE, nested(13)))).toThrow(/deep/);
});

it('refuses more parts than it would keep', () => {
  const empty = Buffer.alloc(2 * 200_001).fill(Buffer.from([10, 0]));
  expect(() => decodeMessage(TRACES, empty)).toThrow(/more than 200000 parts/);
});

it('passes over fields that it does not know', () => {
  const span = officialTypes.lookupType('opentelemetry.proto.trace.v1.Span');
  const said = { name: 'n', droppedAttributesCount: 300, links: [{ traceState: 'a=b' }] };
  expect(decodeMessage(SPAN, Buffer.from(span.encode(said).finish()))).toEqual({ name: 'n' });
});
