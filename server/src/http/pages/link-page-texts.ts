import type { LinkPagePath } from './link-page-actions.ts'

/** The words of one page. */
export interface LinkPageTexts {
  readonly title: string
  readonly text: string
  readonly button: string
  readonly doneTitle: string
  readonly done: string
}

/** How a second factor is asked for. */
export interface SecondTexts {
  readonly title: string
  readonly text: string
  readonly code: string
  readonly rule: string
  readonly button: string
  readonly passkey: string
  readonly passkeyFailed: string
  readonly expired: string
}

/** What the page says to which people come back from a provider. */
export interface SignedInTexts {
  readonly title: string
  readonly failedTitle: string
  readonly doneTitle: string
  /** For who has no address. */
  readonly closable: string
  readonly again: string
}

/** What all pages say in one language. */
export interface LinkTexts {
  readonly signedIn: SignedInTexts
  /** Before an address. */
  readonly signedInAs: string
  readonly problemTitle: string
  readonly second: SecondTexts
  readonly pages: Readonly<Record<LinkPagePath, LinkPageTexts>>
  readonly currentPassword: string
  readonly newPassword: string
  readonly rule: string
  readonly choose: string
  readonly brokenLink: string
  readonly unreachable: string
  /** By the code of a problem, or of its first fault; the API's own sentence stands for others. */
  readonly problems: Readonly<Record<string, string>>
}

const closable = 'You can close this page.'
const signedIn = 'You are signed in as'

const english: LinkTexts = {
  pages: {
    '/sign-up': {
      title: 'Finish your registration',
      text: 'Type the password that you have chosen once more.',
      button: 'Finish the registration',
      doneTitle: 'Welcome',
      done: signedIn,
    },
    '/verify-email': {
      title: 'Confirm your e-mail address',
      text: 'If you registered here yourself, confirm that this address is yours.',
      button: 'Confirm the address',
      doneTitle: 'Your address is confirmed',
      done: closable,
    },
    '/magic-link': {
      title: 'Sign in',
      text: 'You are one step away: press the button to sign in with this browser.',
      button: 'Sign in',
      doneTitle: 'Welcome back',
      done: signedIn,
    },
    '/reset': {
      title: 'Choose a new password',
      text: 'You will be signed out everywhere else.',
      button: 'Save the password',
      doneTitle: 'Your password is changed',
      done: `You can sign in with it now. ${closable}`,
    },
    '/change-email': {
      title: 'Use this address',
      text: 'Confirm that this is to be the e-mail address of your account from now on.',
      button: 'Use this address',
      doneTitle: 'Your address is changed',
      done: closable,
    },
    '/invite': {
      title: 'Accept the invitation',
      text: 'Choose a password, and your account is ready.',
      button: 'Create my account',
      doneTitle: 'Welcome',
      done: signedIn,
    },
  },
  signedIn: {
    title: 'One moment',
    failedTitle: 'You are not signed in',
    doneTitle: 'Welcome',
    closable,
    again: 'Try again, or sign in in another way.',
  },
  signedInAs: signedIn,
  problemTitle: 'This did not work',
  second: {
    title: 'One more step',
    text: 'Your account has a second factor.',
    code: 'Code',
    rule: 'Six digits of your app, or one of your recovery codes.',
    button: 'Sign in',
    passkey: 'Use a passkey',
    passkeyFailed: 'No passkey was used. Try again.',
    expired: 'This took too long or too many tries. Begin again.',
  },
  currentPassword: 'Password',
  newPassword: 'New password',
  rule: 'At least 10 characters.',
  choose: 'Choose …',
  brokenLink: 'Open the link exactly as it is in the mail.',
  unreachable: 'The server cannot be reached at the moment. Try again shortly.',
  problems: {},
}

const schliessen = 'Sie können diese Seite schließen.'
const angemeldet = 'Sie sind angemeldet als'

const german: LinkTexts = {
  pages: {
    '/sign-up': {
      title: 'Registrierung abschließen',
      text: 'Geben Sie das Passwort, das Sie gewählt haben, noch einmal ein.',
      button: 'Registrierung abschließen',
      doneTitle: 'Willkommen',
      done: angemeldet,
    },
    '/verify-email': {
      title: 'E-Mail-Adresse bestätigen',
      text: 'Wenn Sie sich hier selbst registriert haben, bestätigen Sie, dass diese Adresse Ihre ist.',
      button: 'Adresse bestätigen',
      doneTitle: 'Ihre Adresse ist bestätigt',
      done: schliessen,
    },
    '/magic-link': {
      title: 'Anmelden',
      text: 'Nur noch ein Schritt: Drücken Sie auf den Knopf, um sich in diesem Browser anzumelden.',
      button: 'Anmelden',
      doneTitle: 'Willkommen zurück',
      done: angemeldet,
    },
    '/reset': {
      title: 'Neues Passwort wählen',
      text: 'Überall sonst werden Sie abgemeldet.',
      button: 'Passwort speichern',
      doneTitle: 'Ihr Passwort ist geändert',
      done: `Sie können sich jetzt damit anmelden. ${schliessen}`,
    },
    '/change-email': {
      title: 'Diese Adresse verwenden',
      text: 'Bestätigen Sie, dass dies von nun an die E-Mail-Adresse Ihres Kontos sein soll.',
      button: 'Diese Adresse verwenden',
      doneTitle: 'Ihre Adresse ist geändert',
      done: schliessen,
    },
    '/invite': {
      title: 'Einladung annehmen',
      text: 'Wählen Sie ein Passwort, und Ihr Konto ist fertig.',
      button: 'Konto anlegen',
      doneTitle: 'Willkommen',
      done: angemeldet,
    },
  },
  signedIn: {
    title: 'Einen Moment',
    failedTitle: 'Sie sind nicht angemeldet',
    doneTitle: 'Willkommen',
    closable: schliessen,
    again: 'Versuchen Sie es noch einmal, oder melden Sie sich auf andere Weise an.',
  },
  signedInAs: angemeldet,
  problemTitle: 'Das hat nicht geklappt',
  second: {
    title: 'Noch ein Schritt',
    text: 'Ihr Konto hat einen zweiten Faktor.',
    code: 'Code',
    rule: 'Sechs Ziffern Ihrer App oder einer Ihrer Wiederherstellungscodes.',
    button: 'Anmelden',
    passkey: 'Passkey verwenden',
    passkeyFailed: 'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal.',
    expired: 'Das hat zu lange gedauert, oder es waren zu viele Versuche. Beginnen Sie noch einmal.',
  },
  currentPassword: 'Passwort',
  newPassword: 'Neues Passwort',
  rule: 'Mindestens 10 Zeichen.',
  choose: 'Bitte wählen …',
  brokenLink: 'Öffnen Sie den Link genau so, wie er in der E-Mail steht.',
  unreachable: 'Der Server ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  problems: {
    linkInvalid: 'Dieser Link gilt nicht, wurde schon benutzt oder ist abgelaufen. Fordern Sie einen neuen an.',
    signUpLinkInvalid: 'Der Link oder das Passwort stimmt nicht, oder der Link ist abgelaufen.',
    invalidInvite: 'Diese Einladung gilt nicht oder ist abgelaufen. Bitten Sie um eine neue.',
    registrationClosed: 'Hier kann sich gerade niemand registrieren.',
    addressTaken: 'Ein anderes Konto hat diese E-Mail-Adresse.',
    userBlocked: 'Dieses Konto ist gesperrt.',
    wrongSecondFactor: 'Dieser Code oder Passkey stimmt nicht oder wurde schon benutzt. Nehmen Sie den nächsten Code.',
    passkeyInvalid:
      'Dieser Passkey gilt hier nicht. Beginnen Sie noch einmal, oder melden Sie sich auf andere Weise an.',
    providerDenied:
      'Sie haben beim Anbieter nicht zugestimmt, oder er hat Sie abgewiesen. Versuchen Sie es noch einmal, oder melden Sie sich auf andere Weise an.',
    providerFailed:
      'Die Anmeldung über diesen Anbieter geht gerade nicht. Versuchen Sie es noch einmal, oder melden Sie sich auf andere Weise an.',
    providerNotFound: 'Diesen Anbieter gibt es hier nicht (mehr). Melden Sie sich auf andere Weise an.',
    addressUnproven:
      'Es gibt ein Konto mit Ihrer Adresse, die noch niemand bestätigt hat. Melden Sie sich dort mit einem Link oder Code an, der Ihnen per E-Mail geschickt wird, und fügen Sie diesen Anbieter dann hinzu.',
    identityTaken: 'Dieses Konto beim Anbieter gehört hier schon jemand anderem. Melden Sie sich ab und dann damit an.',
    notSignedIn: 'Sie sind nicht mehr angemeldet. Melden Sie sich an, und versuchen Sie es noch einmal.',
    attemptInvalid:
      'Diese Anmeldung ist abgelaufen, schon abgeschlossen oder in einem anderen Browser begonnen worden. Gehen Sie dorthin zurück, wo Sie begonnen haben, und versuchen Sie es noch einmal.',
    exchangeInvalid: 'Diese Anmeldung ist abgelaufen oder schon abgeschlossen. Melden Sie sich noch einmal an.',
    tooManyPasswords: 'Gerade melden sich sehr viele an. Versuchen Sie es gleich noch einmal.',
    tooManyRequests: 'Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es dann noch einmal.',
    tooShort: 'Ein Passwort hat mindestens 10 Zeichen.',
    tooLong: 'Das ist zu lang.',
    tooCommon: 'Dieses Passwort gehört zu den ersten, die ausprobiert werden. Wählen Sie ein anderes.',
    internal: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es noch einmal.',
    unavailable: 'Der Server ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  },
}

const languages: ReadonlyMap<string, LinkTexts> = new Map([
  ['en', english],
  ['de', german],
])

/** The pages in a language such as `de-at`; in English where they are not written in it. */
export function linkTexts(language: string): { readonly language: string; readonly texts: LinkTexts } {
  const base = language.split('-')[0] ?? ''
  const texts = languages.get(base)
  return texts === undefined ? { language: 'en', texts: english } : { language: base, texts }
}
