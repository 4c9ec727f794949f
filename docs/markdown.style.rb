# The rules of scripts/check-docs for mdl.
all
rule "MD003", :style => :atx
rule "MD004", :style => :dash
rule "MD007", :indent => 2
rule "MD029", :style => :ordered
exclude_rule "MD010"  # hard tabs: transcripts have them
exclude_rule "MD012"  # the checks blank our comments
exclude_rule "MD013"  # checked without tables and generated parts
exclude_rule "MD014"  # a transcript begins with $
exclude_rule "MD033"  # details and summary fold what not everybody wants to see
exclude_rule "MD046"  # indented code stands for a synopsis
