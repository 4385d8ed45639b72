/** An event as it is told in a named lane: with the lane's name as its first member. */
export const inLane = (streamId: string | undefined, event: Buffer): Buffer => {
  if (streamId === undefined) return event;
  const mark = Buffer.from(`{"stream_id":${JSON.stringify(streamId)},`);
  return Buffer.concat([mark, event.subarray(event.indexOf('{') + 1)]);
};
