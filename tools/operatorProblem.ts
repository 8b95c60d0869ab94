/** Something that the person at the terminal can act on: shown without a stack trace. */
export class OperatorProblem extends Error {}
