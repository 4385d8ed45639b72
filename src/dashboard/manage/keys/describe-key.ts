import type { KeyAnswer } from '../../../admin/api-types/access.ts';
import { readExpiry } from '../../../guard/keys/read-expiry.ts';
import { formatMinute } from '../../state/format.ts';
import { texts } from '../../texts.ts';
import { bodiesOf, changedTerms, draftOf, type KeyDraft, splitList, type Term } from './key-terms.ts';

const { will } = texts.keys;

/** The moment that a span or a date stands for, by the gateway's own rule; undefined where it is neither. */
const momentOf = (expires: string, nowMs: number): string | undefined => {
  try {
    return readExpiry(expires, nowMs);
  } catch {
    return undefined;
  }
};

const describeExpiry = ({ expires }: KeyDraft, nowMs: number): string => {
  const text = expires.trim();
  if (text === '') return will.endless;
  const moment = momentOf(text, nowMs);
  return moment === undefined ? will.endsUnknown(text) : will.ends(formatMinute(moment));
};

const describeUse = ({ models, providers }: KeyDraft): string => {
  const [ofModels, ofProviders] = [splitList(models), splitList(providers)];
  if (ofModels.length + ofProviders.length === 0) return will.mayAll;
  return will.may(
    ofModels.length > 0 ? will.models(ofModels.join(', ')) : will.everyModel,
    ofProviders.length > 0 ? will.providers(ofProviders.join(', ')) : will.everyProvider,
  );
};

const describeRole = (draft: KeyDraft): string => {
  const bodies = will.bodies[bodiesOf(draft)];
  switch (draft.role) {
    case 'user':
      return will.user;
    case 'member':
      return will.member(draft.userPath.trim() || '…', bodies);
    case 'auditor':
      return will.auditor(bodies);
    case 'admin':
      return will.admin(bodies);
  }
};

/** What making this key will do, in sentences. */
export const describeNewKey = (draft: KeyDraft, nowMs: number): string[] => {
  const path = draft.userPath.trim();
  const labels = splitList(draft.labels);
  return [
    will.make(draft.name.trim() || '…'),
    path ? will.path(path, draft.acceptsUserPath) : will.noPath(draft.acceptsUserPath),
    ...(labels.length > 0 ? [will.labels(labels.join(', '))] : []),
    describeUse(draft),
    describeRole(draft),
    describeExpiry(draft, nowMs),
  ];
};

const labelOf = (term: string): string => {
  const label = texts.keys.fields[term as Term];
  return typeof label === 'string' ? label : label[0];
};

const shown = (draft: KeyDraft, term: Term, nowMs: number): string => {
  const value = draft[term];
  if (typeof value === 'boolean') return value ? texts.keys.yes : texts.keys.no;
  if (value.trim() === '') {
    if (term === 'expires') return texts.keys.never;
    return term === 'models' || term === 'providers' ? texts.keys.everything : texts.keys.none;
  }
  const moment = term === 'expires' ? momentOf(value.trim(), nowMs) : undefined;
  return moment === undefined ? value.trim() : formatMinute(moment);
};

/** What saving the form will change, in sentences. */
export const describeChanges = (key: KeyAnswer, draft: KeyDraft, nowMs: number): string[] => {
  const before = draftOf(key);
  const terms = Object.keys(changedTerms(key, draft)) as Term[];
  if (terms.length === 0) return [will.nothing];
  return [
    ...terms.map((term) => will.change(labelOf(term), shown(before, term, nowMs), shown(draft, term, nowMs))),
    will.fromNow,
  ];
};
