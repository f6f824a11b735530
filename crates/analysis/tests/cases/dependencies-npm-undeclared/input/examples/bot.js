const bot = require('chat-bot')

bot.start()
