/** What a browser answers when it is asked for a passkey: https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson */
export interface PasskeyAnswer {
  readonly id: string
  readonly rawId: string
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle?: string
  }
}

/** What it answers when it has made one: https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson */
export interface NewPasskeyAnswer {
  readonly id: string
  readonly rawId: string
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly transports?: readonly string[]
  }
}
