// Botkit with its Facebook adapter, which checks the SHA-1 signature. Takes every message, answers nobody.
const { Botkit } = require('botkit');
const { FacebookAdapter } = require('botbuilder-adapter-facebook');

const adapter = new FacebookAdapter({
  verify_token: 'verify',
  access_token: 'EAAB',
  app_secret: process.env.APP_SECRET,
});
const controller = new Botkit({ adapter, webhook_uri: '/webhooks/messenger' });
controller.on('message', async () => {});
