from bot.plugin import command, quiet


@command('reload')
def refresh():
    return 2


@quiet
def both():
    return refresh()
