/** A proxy that can be started and loaded. */
export interface Candidate {
  readonly name: string;
  /** False: it cannot undo zstd, and is sent the same bodies plain. */
  readonly takesZstd: boolean;
  readonly command: (port: number, folder: string) => readonly string[];
  readonly env?: (folder: string, port: number) => Readonly<Record<string, string>>;
  /** What it wants to be told with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True: runs in this Node, with the flags that are asked for. */
  readonly takesFlags?: true;
  /** Where it is installed. */
  readonly modules?: string;
}
