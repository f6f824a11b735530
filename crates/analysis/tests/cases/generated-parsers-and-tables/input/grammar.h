/* A Bison parser, made by GNU Bison 3.8.2.  */

#ifndef GRAMMAR_H
#define GRAMMAR_H
int grammar(void);
#endif
