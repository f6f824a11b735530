%%
expr : NUMBER { $$ = yylex.(*parser).newNode() }
%%
