/** Waits for work that may hang with the database, and no longer than this. Keeps the process until then. */
export const settleWithin = async (ms: number, work: Iterable<Promise<unknown>>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.allSettled([...work]), late]);
  clearTimeout(timer);
};
