using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Factory.Cli;

/// <summary>Options whose values are more than text; a value that does not fit is refused in plain words.</summary>
internal static class TypedOption
{
    /// <summary>A choice that was made.</summary>
    /// <param name="IsTrue">What was chosen.</param>
    public readonly record struct Choice(bool IsTrue);

    /// <summary>An option for one. Not of the type bool, whose option takes no other word, so that a wrong one could not be refused by what it is.</summary>
    /// <param name="name">The option.</param>
    public sealed class ChoiceOption(string name) : Option<Choice?>(name)
    {
        /// <summary>What the command line says, or null.</summary>
        public bool? Read(ParseResult parsed) => parsed.GetValue(this)?.IsTrue;
    }

    /// <summary>A whole number.</summary>
    public static Option<int?> Number(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = result => ReadNumber(result, int.MinValue) };

    /// <summary>A whole number from 0 on.</summary>
    public static Option<int?> Count(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = result => ReadNumber(result, 0) };

    /// <summary>An instant, UTC when no offset is given.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name) { Description = description, HelpName = "TIME", CustomParser = ReadTime };

    /// <summary>True or false.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="isFlag">Whether the option alone means true.</param>
    public static ChoiceOption OfChoice(string name, string description, bool isFlag) => new(name)
    {
        Description = description,
        HelpName = "true|false",
        Arity = isFlag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        CustomParser = ReadChoice,
    };

    /// <summary>The same option, held to words that are known, in any case.</summary>
    public static Option<T> Known<T>(Option<T> option, IReadOnlyList<string> known)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !known.Contains(token.Value, StringComparer.OrdinalIgnoreCase)))
                result.AddError($"{option.Name}: '{token.Value}' is not one of {string.Join(", ", known)}");
        });
        return option;
    }

    private static int? ReadNumber(ArgumentResult result, int least)
    {
        if (int.TryParse(result.Tokens[^1].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        return Refuse<int>(result, least == 0 ? "a whole number from 0 on" : "a whole number");
    }

    private static DateTimeOffset? ReadTime(ArgumentResult result) =>
        DateTimeOffset.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : Refuse<DateTimeOffset>(result, "a time; write one as 2026-02-18T13:15:10Z");

    private static Choice? ReadChoice(ArgumentResult result) => result.Tokens switch
    {
        [] => new Choice(true),
        [.., var token] when bool.TryParse(token.Value, out var choice) => new Choice(choice),
        _ => Refuse<Choice>(result, "true or false"),
    };

    private static T? Refuse<T>(ArgumentResult result, string expected) where T : struct
    {
        var name = result.Parent is OptionResult option ? option.Option.Name + ": " : "";
        result.AddError($"{name}'{result.Tokens[^1].Value}' is not {expected}");
        return null;
    }
}
