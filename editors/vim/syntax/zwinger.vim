" Vim syntax file: Zwinger policies (*.zw)
" Written by editors/generate.sh from grammar/keywords.def; change that.
if exists("b:current_syntax")
  finish
endif

setlocal iskeyword+=-

syn keyword zwStatement allow always clamp-mss define deny expect gateway include link log masquerade never only publish reject service snat unspoofed zone
syn keyword zwKind      dmz external internal
syn keyword zwMember    host interface ipsec network not spoofing
syn keyword zwOption    because count during limit owner ticket until
syn keyword zwPlace     as between burst connections drops except file for from group per reqid source
syn keyword zwValue     accept all allow-empty any day drop hour ipv6 minute second self
syn match   zwArrow     "->"
syn match   zwAddress   "\<\d\+\.\d\+\.\d\+\.\d\+\%(/\d\+\)\?"
syn match   zwAddress   "\<\x*:\x*:[0-9A-Fa-f:.]*\%(/\d\+\)\?"
syn region  zwString    start=+"+ skip=+\\.+ end=+"+ oneline
syn match   zwComment   "#.*$" contains=@Spell

hi def link zwStatement Statement
hi def link zwKind      StorageClass
hi def link zwMember    Type
hi def link zwOption    PreProc
hi def link zwPlace     Keyword
hi def link zwValue     Constant
hi def link zwArrow     Operator
hi def link zwAddress   Number
hi def link zwString    String
hi def link zwComment   Comment

let b:current_syntax = "zwinger"
