/** What a service starts. */
export interface ServiceStart {
  /** A comment that says whose the file is; `uninstall` looks for it. */
  readonly mark: string;
  readonly command: readonly string[];
  /** Where what the gateway says goes. */
  readonly logFile: string;
}
