const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

const decode = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|amp|#\d{1,6});/g, (entity) => {
    const known = ENTITIES[entity];
    return known ?? String.fromCodePoint(Number(entity.slice(2, -1)));
  });

/** What stands between each pair of tags of a name, in one pass. Elements without attributes, as S3 answers. */
const elementsOf = (xml: string, name: string): string[] => {
  const [open, close] = [`<${name}>`, `</${name}>`];
  const found: string[] = [];
  for (let from = xml.indexOf(open); from >= 0; from = xml.indexOf(open, from)) {
    const start = from + open.length;
    const end = xml.indexOf(close, start);
    if (end < 0) break;
    found.push(xml.slice(start, end));
    from = end + close.length;
  }
  return found;
};

/** The texts of all elements of a name. */
export const textsOf = (xml: string, name: string): readonly string[] => elementsOf(xml, name).map(decode);

/** The texts of an element within others. */
export const textsWithin = (xml: string, outer: string, name: string): readonly string[] =>
  elementsOf(xml, outer).flatMap((inner) => textsOf(inner, name));
