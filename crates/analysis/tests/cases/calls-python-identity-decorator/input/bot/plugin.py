def command(*names):
    def add(function):
        function.names = names
        return function
    return add


def quiet(function):
    function.quiet = True
    return function
