import { isObject, parseJson } from '../../base/json-object.ts';
import type { AskItem } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

const repairCall = (item: AskItem, lose: (what: string) => void): AskItem => {
  if (item.kind !== 'call' || isObject(parseJson(item.json))) return item;
  if (!/\S/.test(item.json)) {
    lose('empty arguments of a call (sent as {})');
    return { ...item, json: '{}' };
  }
  lose('arguments of a call that are not a JSON object (sent as a string)');
  return { ...item, json: JSON.stringify({ arguments: item.json }) };
};

export const REPAIR_ARGUMENTS: RepairPass = {
  name: 'repair-arguments',
  reason:
    'A model that was cut off leaves arguments that nobody can parse. Providers parse the arguments of the whole history, so the session would be refused from then on.',
  apply: (ask, { lose }) => {
    const items = ask.items.map((item) => repairCall(item, lose));
    return items.every((item, at) => item === ask.items[at]) ? ask : { ...ask, items };
  },
};
