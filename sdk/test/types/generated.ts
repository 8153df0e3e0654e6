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
      permissions: { authenticated: { read: true; hide: ['email']; update: 'id = @user.id' } }
    }
  }
}
