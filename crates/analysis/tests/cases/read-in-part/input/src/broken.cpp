WEIRD_BEGIN(a, b) @@ @@ {
int good(int n) {
    if (n) { return 1; }
    return 2;
}
