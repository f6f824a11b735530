module.exports = {migrations:{directory:'./changes'}, seeds:{directory:'./seeding'}};
