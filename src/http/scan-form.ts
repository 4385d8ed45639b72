/** The place of a value in a form. */
interface FormValue {
  readonly value: string;
  /** Offsets in the body, the end excluded. */
  readonly start: number;
  readonly end: number;
}

/** Reads the fields of a `multipart/form-data` body as it passes. */
export interface FormScan {
  push(chunk: Buffer): void;
  /** The names of the fields so far, and whether each came more than once. */
  readonly fields: ReadonlyMap<string, { readonly isRepeated?: true }>;
  /** The first field named `model`. */
  readonly model: FormValue | undefined;
  /** `unreadable`: it is no form, or its fields have longer heads than any client writes. */
  readonly state: 'open' | 'ended' | 'unreadable';
}

type Place = 'content' | 'after delimiter' | 'head' | 'model';

const MAX_HEAD_BYTES = 8 * 1024;
const MAX_MODEL_BYTES = 256;
const MAX_FIELDS = 100;
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/** @returns undefined if the content type is that of no form, or names no boundary */
export const boundaryOf = (contentType: string): string | undefined => {
  if (!/^\s*multipart\/form-data\b/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
};

const nameIn = (head: string): string | undefined => {
  const [line = ''] = /^content-disposition:[^\r\n]*/im.exec(head) ?? [];
  const [, quoted, plain] = /;\s*name=(?:"([^"\r\n]{0,200})"|([^\s;"]{1,200}))/i.exec(line) ?? [];
  return quoted ?? plain;
};

/**
 * Looks at each byte once, and keeps no more of them than the head of one field.
 * @see RFC 7578, RFC 2046 §5.1.1
 */
export const createFormScan = (boundary: string): FormScan => {
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`, 'latin1');
  const fields = new Map<string, { readonly isRepeated?: true }>();
  let state: FormScan['state'] = 'open';
  let model: FormValue | undefined;
  let where: Place = 'content';
  // The first delimiter has no line before it.
  let pending: Buffer = Buffer.from(LINE_END, 'latin1');
  /** The offset of `pending` in the body. */
  let offset = -pending.length;

  const drop = (bytes: number): void => {
    pending = pending.subarray(bytes);
    offset += bytes;
  };
  const note = (name: string): void => {
    if (fields.size >= MAX_FIELDS && !fields.has(name)) state = 'unreadable';
    else fields.set(name, fields.has(name) ? { isRepeated: true } : {});
  };

  /** Each makes a step, or says that it needs more bytes. */
  const steps: Readonly<Record<Place, () => boolean>> = {
    content: () => {
      const at = pending.indexOf(delimiter);
      drop(at < 0 ? Math.max(0, pending.length - delimiter.length + 1) : at + delimiter.length);
      if (at >= 0) where = 'after delimiter';
      return at >= 0;
    },
    'after delimiter': () => {
      if (pending.length < 2) return false;
      if (pending.toString('latin1', 0, 2) === '--') {
        state = 'ended';
        return false;
      }
      const at = pending.indexOf(LINE_END);
      if (at < 0) {
        if (pending.length > MAX_HEAD_BYTES) state = 'unreadable';
        return false;
      }
      // Kept, so that a field without a head ends at once.
      drop(at);
      where = 'head';
      return true;
    },
    head: () => {
      const at = pending.indexOf(HEAD_END);
      if (at > MAX_HEAD_BYTES || (at < 0 && pending.length > MAX_HEAD_BYTES)) state = 'unreadable';
      if (at < 0 || state !== 'open') return false;
      const head = pending.toString('latin1', 0, at).trimStart();
      const name = nameIn(head);
      if (name !== undefined) note(name);
      const isModel = name === 'model' && model === undefined && !/;\s*filename/i.test(head);
      // The line end before the delimiter may be that of the head itself.
      drop(at + (isModel ? HEAD_END.length : LINE_END.length));
      where = isModel ? 'model' : 'content';
      return true;
    },
    model: () => {
      const at = pending.indexOf(delimiter);
      if (at > MAX_MODEL_BYTES || (at < 0 && pending.length > MAX_MODEL_BYTES + delimiter.length)) {
        state = 'unreadable';
      }
      if (at < 0 || state !== 'open') return false;
      model = { value: pending.toString('utf8', 0, at), start: offset, end: offset + at };
      where = 'content';
      return true;
    },
  };

  const scan = {
    fields,
    model,
    state,
    push: (chunk: Buffer) => {
      if (state !== 'open') return;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (state === 'open' && steps[where]());
      // A slice of a chunk would keep all of it in memory.
      pending = state === 'open' ? Buffer.from(pending) : Buffer.alloc(0);
      scan.model = model;
      scan.state = state;
    },
  };
  return scan;
};
