/** JSON that is text already: it is put into a message as it stands, and nobody parses it on the way. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
