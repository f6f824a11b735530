#pragma once

template <typename Stream> void Skip(Stream &stream) {
    while (stream.Peek() == ' ')
        stream.Take();
}

template <> inline void Skip(InsituString &stream) {
    stream.at = 0;
}

template <> inline void Skip(StringView &stream) {
    stream.at = 1;
}

template <typename Stream> int Plain(Stream &stream) {
    return stream.at;
}
