/** What the command's exit code says; scripts may rely on it. */
export const exitCodes = {
  done: 0,
  /** Something went wrong; the sentence says what. */
  failed: 1,
  /** The command was not given as it must be. */
  usage: 2,
  /** Nobody is signed in, or who is may not do this. */
  notAllowed: 3,
  /** The server does not answer. */
  unreachable: 4,
  /** `--check`, `diff --check`, `doctor`: there is something to do. */
  different: 5,
  /** The change loses data that was not given up by name, or rows are in its way. */
  notAccepted: 6,
  /** The server's schema was changed by someone else. */
  conflict: 7,
  /** The person changed their mind (as a shell reports Ctrl-C). */
  cancelled: 130,
} as const
