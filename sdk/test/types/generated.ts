/** As `plinth types` writes it, of a part of the suite's schema. */
export type Schema = {
  roles: { editor: { description: 'Edits' } }
  collections: {
    teams: {
      fields: { name: { type: 'text'; required: true } }
      permissions: { authenticated: { read: true } }
    }
    users: {
      fields: { name: { type: 'text' }; team: { type: 'relation'; to: 'teams'; inverse: 'members' } }
      permissions: { authenticated: { read: true; readIf: { email: 'id = @user.id' }; update: 'id = @user.id' } }
    }
  }
}
