import type { MailContents } from './mail-content.ts'

const once = 'The link works once, within {{minutes}} minutes.'
const ignore = 'If that was not you, you can ignore this mail: nothing happens without the link.'

export const english: MailContents = {
  signUp: {
    subject: 'Confirm your address to join {{site}}',
    before: ['You are one step away from your account at {{site}}. Confirm that {{email}} is your address:'],
    button: 'Confirm and sign in',
    after: [
      once,
      'You will be asked for the password that you have chosen. If you did not register, ignore this mail.',
    ],
  },
  verifyEmail: {
    subject: 'Confirm your e-mail address',
    before: ['Please confirm that {{email}} is your address at {{site}}.'],
    button: 'Confirm the address',
    after: [once, 'If you did not register at {{site}}, ignore this mail and do not open the link.'],
  },
  magicLink: {
    subject: 'Your link to sign in to {{site}}',
    before: ['Here is the link to sign in to {{site}} as {{email}}.'],
    button: 'Sign in',
    after: [once, ignore],
  },
  code: {
    subject: '{{code}} is your code for {{site}}',
    before: ['Type this code where you asked to sign in to {{site}}:'],
    display: '{{code}}',
    after: [
      'It is valid for {{minutes}} minutes. Tell it to nobody: we never ask for it.',
      'If you did not ask for a code, you can ignore this mail.',
    ],
  },
  resetPassword: {
    subject: 'Choose a new password for {{site}}',
    before: ['Somebody, hopefully you, wants to choose a new password for {{email}} at {{site}}.'],
    button: 'Choose a new password',
    after: [once, ignore],
  },
  passwordChanged: {
    subject: 'Your password was changed',
    before: ['The password of {{email}} at {{site}} was changed, and every device was signed out.'],
    after: ['If that was not you, choose a new password at once, and tell whoever runs {{site}}.'],
  },
  changeEmail: {
    subject: 'Confirm your new e-mail address',
    before: ['{{email}} is to become your address at {{site}}, in place of {{oldEmail}}.'],
    button: 'Use this address',
    after: [once, ignore],
  },
  changeEmailNotice: {
    subject: 'Your e-mail address is about to change',
    before: [
      'Somebody who knows your password asked to use {{newEmail}} at {{site}} in place of {{email}}.',
      'It happens when the link that was sent there is opened.',
    ],
    after: ['If that was not you, change your password now: it ends all sessions.'],
  },
  emailChanged: {
    subject: 'Your e-mail address was changed',
    before: ['At {{site}} your address is now {{newEmail}}. It was {{oldEmail}}.'],
    after: ['If that was not you, tell whoever runs {{site}}.'],
  },
  newDevice: {
    subject: 'A new device signed in to {{site}}',
    before: ['{{email}} was signed in from a device or a network that we have not seen before.'],
    display: '{{device}}',
    after: [
      'From {{address}}, at {{time}}.',
      'If that was you, there is nothing to do. If not, choose a new password now: it ends all sessions.',
    ],
  },
  invite: {
    subject: 'You are invited to {{site}}',
    before: ['You are invited to {{site}}. Choose a password, and {{email}} is your account.'],
    button: 'Accept the invitation',
    after: ['The link works once, within {{days}} days.', 'If you expected no invitation, you can ignore this mail.'],
  },
  alreadyRegistered: {
    subject: 'You have an account at {{site}} already',
    before: ['Somebody, perhaps you, tried to register at {{site}} with your address {{email}}, which has an account.'],
    after: [
      'If that was you, sign in instead; if you forgot the password, ask for a new one there.',
      'If that was not you, there is nothing to do: nobody learned that you have an account.',
    ],
  },
  factorAdded: {
    subject: 'A second factor was added to your account',
    before: ['{{email}} at {{site}} has a new second factor:'],
    display: '{{factor}}',
    after: [
      'From now on signing in takes it, or another one of yours.',
      'If that was not you, change your password now, remove it, and tell whoever runs {{site}}.',
    ],
  },
  factorRemoved: {
    subject: 'A second factor was removed from your account',
    before: ['{{email}} at {{site}} no longer has this second factor:'],
    display: '{{factor}}',
    after: ['If that was not you, change your password now, and tell whoever runs {{site}}.'],
  },
  recoveryCodeUsed: {
    subject: 'A recovery code of yours was used',
    before: ['{{email}} was signed in to {{site}} with a recovery code. You have {{left}} left.'],
    after: ['If that was not you, change your password now: it ends all sessions. Then make new recovery codes.'],
  },
  identityLinked: {
    subject: 'You can now sign in to {{site}} with {{provider}}',
    before: ['From now on {{email}} can sign in to {{site}} with {{provider}}, too.'],
    after: ['If that was not you, remove {{provider}} from your account, and tell whoever runs {{site}}.'],
  },
}
