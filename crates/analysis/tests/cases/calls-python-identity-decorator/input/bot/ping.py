from bot.plugin import command, quiet


@command('ping')
@quiet
def ping():
    return 1


def start():
    return ping()
