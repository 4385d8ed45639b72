const SEQUENCE_NUMBER = /"sequence_number"\s*:\s*(\d+)/;

/** The number of an event, where its data says one before any text of the model's can. */
export const readSequenceNumber = (data: string): number | undefined => {
  const found = SEQUENCE_NUMBER.exec(data.slice(0, 200));
  return found ? Number(found[1]) : undefined;
};
