# Unix cron (five fields) to EventBridge's form (six fields, Sunday is 1, `?` in the
# day of month or the weekday). Reads the same dialect as Nightcap itself: names,
# lists, ranges, steps, `5/10` from 5 on, wrapping weekdays and months, Sunday 0 and
# 7. What EventBridge cannot say is told in `problems`, never approximated.
#
# Weekdays come out as names: numbers would be other days in the other dialect. Steps
# come out as lists: EventBridge documents `/` for the minutes of an hour only.

locals {
  weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
  months   = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

  # `top` is what `*` and an open step run up to: Sunday counts once.
  specs = [
    { field = "minute", low = 0, high = 59, top = 59, wraps = false, names = {} },
    { field = "hour", low = 0, high = 23, top = 23, wraps = false, names = {} },
    { field = "day of month", low = 1, high = 31, top = 31, wraps = false, names = {} },
    { field = "month", low = 1, high = 12, top = 12, wraps = true, names = { for index, name in local.months : name => index + 1 } },
    { field = "weekday", low = 0, high = 7, top = 6, wraps = true, names = { for index, name in local.weekdays : name => index } },
  ]

  text    = { for key, expression in var.expressions : key => trimspace(expression) }
  native  = { for key, text in local.text : key => text if can(regex("^cron\\((\\S+ +){5}\\S+\\)$", text)) }
  words   = { for key, text in local.text : key => regexall("\\S+", upper(text)) if !contains(keys(local.native), key) }
  unix    = { for key, words in local.words : key => words if length(words) == 5 }
  plain   = ["*", "?"]
  item    = "^(?P<from>\\*|[0-9]+|[A-Z]+)(?:-(?P<to>[0-9]+|[A-Z]+))?(?:/(?P<step>[0-9]+))?$"
  special = { "2" = "^(L|[0-9]+W)$", "4" = "^([0-7]|[A-Z]{3})(L|#[1-5])$" }

  # One entry a list item: its bounds as numbers, null where it cannot be read.
  items = {
    for key, words in local.unix : key => [
      for index, word in words : [
        for item in split(",", word) : [
          for part in [try(regex(local.item, item), null)] : {
            spec  = local.specs[index]
            step  = try(part.step == null ? 1 : tonumber(part.step), null)
            open  = try(part.from == "*" || (part.to == null && part.step != null), false)
            first = try(part.from == "*" ? local.specs[index].low : try(tonumber(part.from), local.specs[index].names[part.from]), null)
            last = try(
              part.to != null && part.from != "*" ? try(tonumber(part.to), local.specs[index].names[part.to]) : tonumber(null),
              999, # out of every range
            )
            valid = part != null && !try(part.from == "*" && part.to != null, true)
          }
        ][0]
      ]
    ]
  }

  bounds = {
    for key, fields in local.items : key => [
      for items in fields : [
        for item in items : merge(item, {
          last = item.open ? try(max(item.spec.top, item.first), null) : item.last == null ? item.first : item.last
        })
      ]
    ]
  }

  # The numbers of each field, null where an item is out of range, backwards or stepless.
  numbers = {
    for key, fields in local.bounds : key => [
      for items in fields : try(flatten([
        for item in items : [
          for index, value in(
            item.first <= item.last
            ? range(item.first, item.last + 1)
            : item.spec.wraps ? concat(range(item.first, item.spec.top + 1), range(item.spec.low, item.last + 1)) : null
          ) : value
          if(index % item.step == 0) && (item.valid && item.step >= 1 && item.step <= item.spec.high - item.spec.low && item.first >= item.spec.low && max(item.first, item.last) <= item.spec.high ? true : tobool("unreadable"))
        ]
      ]), null)
    ]
  }

  # Days like `L`, `15W`, `FRIL`, `FRI#2`, alone in their field.
  rules = {
    for key, words in local.unix : key => {
      day     = try(regex(local.special["2"], words[2])[0], null)
      weekday = try([for part in [regex(local.special["4"], words[4])] : "${try(tonumber(part[0]), local.specs[4].names[part[0]]) % 7 + 1}${part[1]}"][0], null)
    }
  }

  written = {
    for key, words in local.unix : key => [
      for index, word in words : (
        contains(local.plain, word) ? "*"
        : index == 2 && local.rules[key].day != null ? local.rules[key].day
        : index == 4 && local.rules[key].weekday != null ? local.rules[key].weekday
        : local.numbers[key][index] == null ? null
        : join(",", [
          for value in range(local.specs[index].low, local.specs[index].top + 1) : index == 4 ? local.weekdays[value] : tostring(value)
          if contains([for number in local.numbers[key][index] : index == 4 ? number % 7 : number], value)
        ])
      )
    ]
  }

  # A field that allows everything is `*`: expressions end at 256 characters.
  short = {
    for key, fields in local.written : key => [
      for index, text in fields : text == null ? null : length(split(",", text)) == local.specs[index].top - local.specs[index].low + 1 ? "*" : text
    ]
  }

  problems = merge(
    {
      for key, words in local.words : key => "\"${var.expressions[key]}\" has ${length(words)} fields; expected five (minute hour day month weekday) or EventBridge's cron(minute hour day month weekday year)"
      if length(words) != 5
    },
    {
      for key, fields in local.short : key => "\"${var.expressions[key]}\": the ${[for index, text in fields : local.specs[index].field if text == null][0]} cannot be read, or not be said in EventBridge's form"
      if contains([for text in fields : text == null], true)
    },
    {
      for key, words in local.unix : key => "\"${var.expressions[key]}\" restricts the day of month and the weekday; EventBridge takes only one of them: write a window for each"
      if !contains(local.plain, words[2]) && !contains(local.plain, words[4])
    },
  )

  converted = {
    for key, fields in local.short : key => format(
      "cron(%s %s %s %s %s *)",
      fields[0],
      fields[1],
      contains(local.plain, local.unix[key][4]) ? fields[2] : "?",
      fields[3],
      contains(local.plain, local.unix[key][4]) ? "?" : fields[4],
    ) if !contains(keys(local.problems), key)
  }
}
