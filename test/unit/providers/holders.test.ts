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
])('reads the ids of %s', (path, ids) => {
  expect([isStoredPath(path), idsOfPath(path)]).toEqual([true, ids]);
});

it('knows no other path for one by which things are stored', () => {
  for (const path of ['/responses/resp_1', '/filesx', '/chat/completions?a=/files/x', '/messages']) {
    expect([path, isStoredPath(path)]).toEqual([path, false]);
  }
  expect([tellsIds('/files'), tellsIds('/files/file-1/content')]).toEqual([true, false]);
});

it('reads the files that a body names, and what an answer says is stored', () => {
  const body = Buffer.from(
    JSON.stringify({
      input_file_id: 'file-a1',
      training_file: 'file-b1',
      file_ids: ['file-c1', 7],
      x: 'file-d1',
    }),
  );
  expect(idsOfBody(body, scanMembers(body))).toEqual(['file-a1', 'file-b1', 'file-c1']);
  const answer = {
    id: 'batch_1',
    output_file_id: 'file-o1',
    error_file_id: null,
    data: [{ id: 'file-e1' }],
    name: 'a-1',
  };
  expect(idsOfAnswer(JSON.stringify(answer, null, 2))).toEqual(['batch_1', 'file-o1', 'file-e1']);
});
