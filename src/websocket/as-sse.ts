const START = Buffer.from('data: ');
const END = Buffer.from('\n\n');
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * An event in the form in which the log keeps answers, however they came: that of SSE.
 * @param event JSON
 */
export const asSse = (event: Buffer): Buffer => {
  // Between JSON's tokens a line may end, and SSE would take it for the end of the data.
  const hasLines = event.includes(LINE_FEED) || event.includes(CARRIAGE_RETURN);
  const data = hasLines ? Buffer.from(event.toString('latin1').replace(/[\r\n]+/g, ' '), 'latin1') : event;
  return Buffer.concat([START, data, END]);
};
