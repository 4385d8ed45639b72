/** Body of every refusal. */
export interface ErrorAnswer {
  error: { message: string; type: string; code: string | null; param: string | null };
}
