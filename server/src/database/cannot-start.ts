/**
 * Why the server cannot start, as one sentence for the person who starts it. Print the message alone (no stack) and exit
 * with a code other than zero.
 */
export class CannotStart extends Error {
  constructor(sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.name = 'CannotStart'
  }
}
