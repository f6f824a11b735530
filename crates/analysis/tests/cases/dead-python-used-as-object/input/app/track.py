def track(lines, callback):
    for line in lines:
        try:
            callback(line)
        except ValueError:

            def callback(line):
                return line.strip()
