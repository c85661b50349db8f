# Reads Markdown for docs/check.
package Page;
use strict;
use warnings;
use Exporter qw(import);
our @EXPORT = qw(slurp blocks_of anchors_of $command_word);
our $command_word = qr{make |mkdir |(?:bash )?tests/|iso/|\./};

sub slurp {
    my ($path) = @_;
    open(my $file, '<', $path) or die "check-docs: $path: $!\n";
    local $/;
    return scalar <$file>;
}

# Cuts a page into blocks: {kind => 'prose', 'indented' or what the fence says, lines, line, marks}.
sub blocks_of {
    my ($text) = @_;
    my (@blocks, %marks, $fence, $block, $last_blank);
    my $line = 0;
    $last_blank = 1;
    for (split /\n/, $text) {
        $line++;
        if (defined $fence) {
            if (/^```\s*$/) {
                undef $fence;
                undef $block;
            } else {
                push @{$block->{lines}}, $_;
            }
            next;
        }
        if (/^```(\w*)/) {
            $fence = $1;
            $block = {kind => $fence || 'plain', lines => [], line => $line, marks => {%marks}};
            %marks = ();
            push @blocks, $block;
            next;
        }
        if (/^<!--\s*(not run|file|from)(?::\s*(.*?))?\s*-->$/) {
            $marks{$1} = $2 // 'yes';
            next;
        }
        my $goes_on = $block && $block->{kind} eq 'indented';
        if ((/^    \S/ && $last_blank) || (/^    .*\S/ && $goes_on)) {
            if (!$goes_on || ($last_blank && /^    (?:\$ |$command_word)/)) {
                $block = {kind => 'indented', lines => [], line => $line, marks => {%marks}};
                %marks = ();
                push @blocks, $block;
            }
            push @{$block->{lines}}, s/^    //r;
            $last_blank = 0;
            next;
        }
        $last_blank = /^\s*$/;
        next if $last_blank && $goes_on;
        if (!$block || $block->{kind} ne 'prose') {
            $block = {kind => 'prose', lines => [], line => $line, marks => {}};
            push @blocks, $block;
        }
        push @{$block->{lines}}, $_;
    }
    die "check-docs: a ``` without its end\n" if defined $fence;
    return @blocks;
}

# A heading's anchor, as GitHub makes it.
sub anchor {
    my ($heading) = @_;
    $heading =~ s/`//g;
    $heading =~ s/[^\w\s-]//g;
    return lc($heading =~ s/\s/-/gr);
}

my %anchors;
sub anchors_of {
    my ($path) = @_;
    return $anchors{$path} //= do {
        my $headings = slurp($path) =~ s/^```.*?^```//gmsr;
        ({map { anchor($_) => 1 } $headings =~ /^#+ +(.*?)\s*$/gm});
    };
}

1;
