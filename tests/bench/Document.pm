# Puts measured figures into a Markdown file: blocks of text that follow a comment with the command which prints them,
#   <!-- make bench -->
# and the second column of tables whose first names a row.
package Document;
use strict;
use warnings;

sub with_commas {
    my ($number) = @_;
    1 while $number =~ s/^(\d+)(\d{3})/$1,$2/;
    return $number;
}

# Commands that a document has blocks of.
sub commands {
    my ($path) = @_;
    open(my $file, '<', $path) or die "bench: $path: $!\n";
    return map { /^<!-- (make .*) -->$/ ? $1 : () } <$file>;
}

# $blocks: command => text; $medians: row => figure.
sub update {
    my ($path, $blocks, $medians) = @_;
    open(my $file, '<', $path) or die "bench: $path: $!\n";
    my $text = join '', <$file>;
    close($file);
    $text =~ s{^(<!-- (make [^\n]*) -->\n```\w*\n).*?^(```)$}{$1 . ($blocks->{$2} // die "bench: $path: $2?\n") . $3}gmse;
    $text =~ s{^(\| `(\w+)` \| )[\d,]+(?= \|)}{$1 . with_commas($medians->{$2} // die "bench: $path: no row $2\n")}gme;
    open($file, '>', $path) or die "bench: $path: $!\n";
    print $file $text;
    close($file) or die "bench: $path: $!\n";
    return;
}

1;
