import { expect, it } from 'vitest';
import {
  idsOfAnswer,
  idsOfBody,
  idsOfPath,
  isStoredPath,
  tellsIds,
} from '../../../src/forward/route/stored-ids.ts';
import { scanMembers } from '../../../src/json/scan-members.ts';
import { MAX_HELD_IDS, rememberHolders } from '../../../src/providers/holders/holders.ts';
import { describeHolders } from '../../support/providers/describe-holders.ts';

describeHolders('holders remembered in one process', async () => [rememberHolders()]);

it('forgets the ids beyond its bound that were not heard of for longest', () => {
  const holders = rememberHolders();
  for (let id = 0; id <= MAX_HELD_IDS; id++) holders.note([`file-${id}`], { provider: 'x' });
  expect(holders.find(['file-0'])).toBeUndefined();
  expect(holders.find(['file-1'])).toBeDefined();
});

it.each([
  ['/files/file-abc123/content?x=1', ['file-abc123']],
  ['/vector_stores/vs_1234/files/file-abc123', ['file-abc123', 'vs_1234']],
  ['/fine_tuning/jobs/ftjob-abc/events', ['ftjob-abc']],
  ['/messages/batches/msgbatch_01A/results', ['msgbatch_01A']],
  ['/files/00edaf84-95b0-45db-8f83-f71138491f23', ['00edaf84-95b0-45db-8f83-f71138491f23']],
  ['/files?limit=2', []],
  ['/batches/', []],
  ['/files/file%2Dabc123', ['file%2Dabc123']],
  ['/files/x', []],
  ['/vector_stores/vs_1/files/FILE/content', ['FILE', 'vs_1']],
])('reads the ids of %s', (path, ids) => {
  expect([isStoredPath(path), idsOfPath(path)]).toEqual([true, ids]);
});

it('knows no other path for one by which things are stored', () => {
  for (const path of ['/responses/resp_1', '/filesx', '/chat/completions?a=/files/x', '/messages']) {
    expect([path, isStoredPath(path)]).toEqual([path, false]);
  }
  expect([tellsIds('/files'), tellsIds('/files/file-1/content')]).toEqual([true, false]);
});

const namedBy = (text: string) => {
  const body = Buffer.from(text);
  return idsOfBody(body, scanMembers(body));
};

it('reads the files that a body names', () => {
  const body = {
    ...{ input_file_id: 'file-a1', training_file: 'file-b1', file_ids: ['file-c1', 7], x: 'file-d1' },
    metadata: { file_id: 'file-e1' },
  };
  expect(namedBy(JSON.stringify(body))).toEqual({ ids: ['file-a1', 'file-b1', 'file-c1'], isCertain: true });
});

it.each([
  ['one of two of a name', '{"input_file_id":"file-a1","input_file_id":"file-b1"}'],
  ['one deeper within', '{"files":[{"file_id":"file-a1"}]}'],
  ['one whose name is spelled otherwise', '{"files":{"a":[{"\\u0066ile_id":"file-a1"}]}}'],
  ['more than are read', JSON.stringify({ file_ids: Array.from({ length: 201 }, (_, at) => `file-${at}`) })],
  ['a list that is too long', JSON.stringify({ file_ids: ['a'.repeat(65 * 1024)] })],
  ['what is no object', '["file-a1"]'],
])('does not vouch for a body that may name %s', (_what, body) => {
  expect(namedBy(body).isCertain).toBe(false);
});

it('vouches for as many as are read', () => {
  const ids = Array.from({ length: 200 }, (_, at) => `file-${at}`);
  expect(namedBy(JSON.stringify({ file_ids: ids }))).toEqual({ ids, isCertain: true });
});

it('reads what an answer says is stored, and nothing that somebody has written there', () => {
  const answer = {
    ...{ id: 'batch_1', output_file_id: 'file-o1', error_file_id: null, name: 'a-1' },
    data: [{ id: 'file-e1', metadata: { id: 'file-x1' } }],
    metadata: { id: 'file-x2', input_file_id: 'file-x3' },
    file: { id: 'file-f1' },
    result_files: ['file-r1'],
  };
  const found = idsOfAnswer(JSON.stringify(answer, null, 2));
  expect(new Set(found)).toEqual(new Set(['batch_1', 'file-o1', 'file-f1', 'file-e1', 'file-r1']));
  expect(idsOfAnswer('{"id":"file-1')).toEqual([]);
});
