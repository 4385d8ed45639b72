/** A sentence of ours, with what it has between backticks as code that is not broken between its words. */
export const WithCode = ({ text }: { text: string }) => (
  <>{text.split('`').map((piece, place) => (place % 2 === 1 ? <code key={place}>{piece}</code> : piece))}</>
);
