import { expect, it } from 'vitest';
import type { AnswerSink } from '../../../src/translate/answer-sink.ts';
import { JSON_TYPE } from '../../../src/translate/answer-writer.ts';
import { withRestoredKeys } from '../../../src/translate/repair/restore-keys.ts';
import { createRecordSink } from '../../support/translate/record-sink.ts';

const RENAMED = new Map([['odata', new Map([['_top', '$top']])]]);

const tell = (speak: (sink: AnswerSink) => void): string[] => {
  const { sink, told } = createRecordSink();
  const writer = { sink, contentType: JSON_TYPE, take: () => '', end: () => '' };
  speak(withRestoredKeys(writer, RENAMED).sink);
  return told.flatMap((entry) => ('call' in entry ? [entry.call.json] : []));
};

it.each(['odata', 'functions.odata', 'odata:0', 'odata<|channel|>commentary'])(
  'K4: a call of %s gets the keys of its client back, wherever its arguments are cut',
  (name) => {
    const json = '{"_top":5,"list":[{"_top":"_top"}]}';
    for (let cut = 0; cut <= json.length; cut++) {
      const told = tell((sink) => {
        sink.callBegin('0', { name });
        sink.callArguments('0', json.slice(0, cut));
        sink.callArguments('0', json.slice(cut));
        sink.callEnd('0');
      });
      expect(told).toEqual(['{"$top":5,"list":[{"$top":"_top"}]}']);
    }
  },
);

it('other calls pass as they are, and garbled arguments are for the client to refuse', () => {
  const told = tell((sink) => {
    sink.callBegin('0', { name: 'other' });
    sink.callBegin('1', { name: 'odata' });
    sink.callArguments('0', '{"_top":1}');
    sink.callArguments('1', '{"_top"');
    sink.finish('calls');
  });
  expect(told).toEqual(['{"_top":1}', '{"_top"']);
});
