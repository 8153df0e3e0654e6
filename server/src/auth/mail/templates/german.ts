import type { MailContents } from './mail-content.ts'

const once = 'Der Link gilt einmal, innerhalb von {{minutes}} Minuten.'
const ignore = 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Link geschieht nichts.'

export const german: MailContents = {
  signUp: {
    subject: 'Bestätigen Sie Ihre Adresse für {{site}}',
    before: ['Nur noch ein Schritt zu Ihrem Konto bei {{site}}. Bestätigen Sie, dass {{email}} Ihre Adresse ist:'],
    button: 'Bestätigen und anmelden',
    after: [
      once,
      'Sie werden nach dem Passwort gefragt, das Sie gewählt haben. Wenn Sie sich nicht registriert haben, müssen Sie nichts tun.',
    ],
  },
  verifyEmail: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    before: ['Bitte bestätigen Sie, dass {{email}} Ihre Adresse bei {{site}} ist.'],
    button: 'Adresse bestätigen',
    after: [
      once,
      'Wenn Sie sich nicht bei {{site}} registriert haben, öffnen Sie den Link nicht und löschen Sie diese Nachricht.',
    ],
  },
  magicLink: {
    subject: 'Ihr Link zur Anmeldung bei {{site}}',
    before: ['Mit diesem Link melden Sie sich als {{email}} bei {{site}} an.'],
    button: 'Anmelden',
    after: [once, ignore],
  },
  code: {
    subject: '{{code}} ist Ihr Code für {{site}}',
    before: ['Geben Sie diesen Code dort ein, wo Sie sich bei {{site}} anmelden wollten:'],
    display: '{{code}}',
    after: [
      'Er gilt {{minutes}} Minuten. Geben Sie ihn niemandem: Wir fragen nie danach.',
      'Wenn Sie keinen Code angefordert haben, müssen Sie nichts tun.',
    ],
  },
  resetPassword: {
    subject: 'Neues Passwort für {{site}} wählen',
    before: ['Jemand, hoffentlich Sie, möchte für {{email}} bei {{site}} ein neues Passwort wählen.'],
    button: 'Neues Passwort wählen',
    after: [once, ignore],
  },
  passwordChanged: {
    subject: 'Ihr Passwort wurde geändert',
    before: ['Das Passwort von {{email}} bei {{site}} wurde geändert, und alle Geräte wurden abgemeldet.'],
    after: ['Wenn Sie das nicht waren, wählen Sie sofort ein neues und verständigen Sie die Betreiber von {{site}}.'],
  },
  changeEmail: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    before: ['{{email}} soll Ihre Adresse bei {{site}} werden, anstelle von {{oldEmail}}.'],
    button: 'Diese Adresse verwenden',
    after: [once, ignore],
  },
  changeEmailNotice: {
    subject: 'Ihre E-Mail-Adresse soll geändert werden',
    before: [
      'Jemand, der Ihr Passwort kennt, möchte bei {{site}} die Adresse {{newEmail}} anstelle von {{email}} verwenden.',
      'Das geschieht, sobald der dorthin gesendete Link geöffnet wird.',
    ],
    after: ['Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort: Das beendet alle Sitzungen.'],
  },
  emailChanged: {
    subject: 'Ihre E-Mail-Adresse wurde geändert',
    before: ['Bei {{site}} ist Ihre Adresse nun {{newEmail}}. Bisher war es {{oldEmail}}.'],
    after: ['Wenn Sie das nicht waren, verständigen Sie die Betreiber von {{site}}.'],
  },
  newDevice: {
    subject: 'Anmeldung bei {{site}} mit einem neuen Gerät',
    before: ['{{email}} wurde mit einem Gerät oder aus einem Netz angemeldet, das wir noch nicht kennen.'],
    display: '{{device}}',
    after: [
      'Von {{address}}, um {{time}}.',
      'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, wählen Sie jetzt ein neues Passwort: Das beendet alle Sitzungen.',
    ],
  },
  invite: {
    subject: 'Sie sind zu {{site}} eingeladen',
    before: ['Sie sind zu {{site}} eingeladen. Wählen Sie ein Passwort, dann ist {{email}} Ihr Konto.'],
    button: 'Einladung annehmen',
    after: [
      'Der Link gilt einmal, innerhalb von {{days}} Tagen.',
      'Wenn Sie keine Einladung erwartet haben, müssen Sie nichts tun.',
    ],
  },
  alreadyRegistered: {
    subject: 'Sie haben bereits ein Konto bei {{site}}',
    before: [
      'Jemand, vielleicht Sie, wollte sich bei {{site}} mit Ihrer Adresse {{email}} registrieren, für die es ein Konto gibt.',
    ],
    after: [
      'Wenn Sie das waren, melden Sie sich einfach an; haben Sie das Passwort vergessen, lassen Sie sich dort ein neues geben.',
      'Wenn nicht, müssen Sie nichts tun: Niemand hat erfahren, dass Sie ein Konto haben.',
    ],
  },
  factorAdded: {
    subject: 'Ihr Konto hat einen neuen zweiten Faktor',
    before: ['{{email}} hat bei {{site}} einen neuen zweiten Faktor:'],
    display: '{{factor}}',
    after: [
      'Von nun an brauchen Sie zum Anmelden diesen oder einen anderen Ihrer Faktoren.',
      'Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort, entfernen Sie ihn und verständigen Sie die Betreiber von {{site}}.',
    ],
  },
  factorRemoved: {
    subject: 'Ein zweiter Faktor Ihres Kontos wurde entfernt',
    before: ['{{email}} hat bei {{site}} diesen zweiten Faktor nicht mehr:'],
    display: '{{factor}}',
    after: ['Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und verständigen Sie die Betreiber von {{site}}.'],
  },
  recoveryCodeUsed: {
    subject: 'Einer Ihrer Wiederherstellungscodes wurde verwendet',
    before: ['{{email}} wurde bei {{site}} mit einem Wiederherstellungscode angemeldet. Es bleiben Ihnen {{left}}.'],
    after: [
      'Wenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort: Das beendet alle Sitzungen. Machen Sie dann neue Codes.',
    ],
  },
  identityLinked: {
    subject: 'Sie können sich bei {{site}} nun mit {{provider}} anmelden',
    before: ['Von jetzt an kann sich {{email}} bei {{site}} auch mit {{provider}} anmelden.'],
    after: [
      'Wenn Sie das nicht waren, entfernen Sie {{provider}} aus Ihrem Konto und verständigen Sie die Betreiber von {{site}}.',
    ],
  },
}
