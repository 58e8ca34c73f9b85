" Zwinger policies: comments and words with a dash.
setlocal commentstring=#\ %s
setlocal iskeyword+=-
setlocal expandtab shiftwidth=4 softtabstop=4
