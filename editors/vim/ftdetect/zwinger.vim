au BufRead,BufNewFile *.zw setfiletype zwinger
