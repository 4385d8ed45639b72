/** What a provider takes of images. Absent = not known. */
export interface ImageLimits {
  /** Of one request. */
  readonly maxImages?: number;
  /** Of one image, as base64. */
  readonly maxCharacters?: number;
  /** In pixels, of the longer side. */
  readonly maxSide?: number;
  /** In a request with more images than `above`, each may be smaller only. */
  readonly many?: { readonly above: number; readonly maxSide: number };
}
