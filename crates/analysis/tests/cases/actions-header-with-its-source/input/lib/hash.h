#ifndef HASH_H
#define HASH_H
int hash(int value);
#ifdef HASH_INLINE
#include "hash.c"
#endif
#endif
