// Bottender as its guide sets it up: Messenger alone, sessions in memory; it checks the SHA-1 signature.
module.exports = {
  session: { driver: 'memory' },
  channels: {
    messenger: {
      enabled: true,
      path: '/webhooks/messenger',
      accessToken: 'EAAB',
      verifyToken: 'verify',
      appSecret: process.env.APP_SECRET,
    },
  },
};
