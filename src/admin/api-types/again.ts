/** What sending a request again will take, as far as can be said before. */
export interface SendAgainEstimate {
  model: string;
  /** Where the model leads, by the configuration and the saved lists of models. */
  provider: string;
  input_tokens: number;
  output_tokens: number;
  /** `usage`: as many tokens as the recorded exchange had. `size`: by the bytes of its body. */
  basis: 'usage' | 'size';
  /** USD with nothing read from a cache; `null` where the model has no price. */
  cost_usd: number | null;
}

/** `GET audit/log/:id/again?model=MODEL` → what would be sent; 409 where the log does not hold the whole request. */
export interface SendAgainAnswer {
  /** As the client asked for it then. */
  model: string | null;
  /** What can be asked for: aliases, models that the providers list, and those that were asked for lately. */
  models: string[];
  /** Tools that the provider would run by itself: they are not sent. */
  left_out: string[];
  /** Absent where no model was named. */
  estimate?: SendAgainEstimate;
}

/** `POST audit/log/:id/again` → 202 and `SentAgainAnswer`: the request is on its way. */
export interface SendAgainRequest {
  model: string;
}

export interface SentAgainAnswer {
  /** Of the new exchange. */
  id: string;
}
