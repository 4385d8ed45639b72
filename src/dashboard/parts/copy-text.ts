/**
 * Copies a text. The clipboard's own interface exists in secure contexts alone; a gateway that is
 * reached over plain HTTP in a local network is none, so a selection is copied there.
 */
export const copyText = async (text: string): Promise<boolean> => {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused, as in a page without focus: the old way may still do.
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'hidden-text';
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  return copied;
};
