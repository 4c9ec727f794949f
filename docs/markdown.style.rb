# The rules of mdl that scripts/check-docs applies, by name, so that another version of mdl finds the same.
%w[MD001 MD005 MD009 MD011 MD018 MD019 MD022 MD023 MD025 MD027 MD028 MD030 MD031 MD032 MD034 MD037 MD038 MD039 MD047]
  .each { |name| rule name }
rule "MD003", :style => :atx
rule "MD004", :style => :dash
rule "MD007", :indent => 2
rule "MD024", :allow_different_nesting => true
rule "MD026", :punctuation => ".,;:!"
rule "MD029", :style => :ordered
