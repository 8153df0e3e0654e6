/** Where socket.io is. */
export const realtimePath = '/api/realtime'
