/** Why the import cannot go on, in a sentence for the person who started it. */
export class ImportProblem extends Error {
  override readonly name = 'ImportProblem'
}
