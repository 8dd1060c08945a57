# Every conversion by hand; tests/infra/verify holds hundreds of random ones against two other readers.

run "converted" {
  command = plan

  variables {
    expressions = {
      office      = "0 9 * * MON-FRI"
      numbers     = "0 19 * * 1-5"
      lower       = "0 9 * jan mon"
      sunday0     = "0 0 * * 0"
      sunday7     = "0 0 * * 7"
      to_sunday   = "0 0 * * 5-7"
      wrapped     = "0 0 * * 5-1"
      winter      = "0 0 * NOV-FEB *"
      steps       = "*/15 8-18/2 1-31/10 * *"
      open_step   = "5/10 0 * * *"
      whole       = "*/1 0-23 * 1-12 0-6"
      day         = "0 0 1,15 * ?"
      last_day    = "0 0 L * *"
      workday     = "0 0 15W * *"
      last_friday = "0 0 * * 5L"
      second_fri  = "0 0 * * FRI#2"
      native      = "cron(0 9 ? * 2-6 *)"
    }
  }

  assert {
    condition     = output.problems == {}
    error_message = "none is refused"
  }
  assert {
    condition = output.expressions == {
      office      = "cron(0 9 ? * MON,TUE,WED,THU,FRI *)"
      numbers     = "cron(0 19 ? * MON,TUE,WED,THU,FRI *)"
      lower       = "cron(0 9 ? 1 MON *)"
      sunday0     = "cron(0 0 ? * SUN *)"
      sunday7     = "cron(0 0 ? * SUN *)"
      to_sunday   = "cron(0 0 ? * SUN,FRI,SAT *)"
      wrapped     = "cron(0 0 ? * SUN,MON,FRI,SAT *)"
      winter      = "cron(0 0 * 1,2,11,12 ? *)"
      steps       = "cron(0,15,30,45 8,10,12,14,16,18 1,11,21,31 * ? *)"
      open_step   = "cron(5,15,25,35,45,55 0 * * ? *)"
      whole       = "cron(* * ? * * *)"
      day         = "cron(0 0 1,15 * ? *)"
      last_day    = "cron(0 0 L * ? *)"
      workday     = "cron(0 0 15W * ? *)"
      last_friday = "cron(0 0 ? * 6L *)"
      second_fri  = "cron(0 0 ? * 6#2 *)"
      native      = "cron(0 9 ? * 2-6 *)"
    }
    error_message = "each becomes what EventBridge means by it"
  }
}

run "refused" {
  command = plan

  variables {
    expressions = {
      both       = "0 0 13 * FRI"
      both_step  = "0 0 */2 * MON"
      minute     = "61 0 * * *"
      backwards  = "0 0 20-10 * *"
      word       = "0 0 * * MON-FRY"
      no_step    = "0 0 * * */0"
      star_range = "0 0 *-5 * *"
      last_work  = "0 0 LW * *"
      four       = "0 0 * *"
      empty      = ""
      nickname   = "@daily"
    }
  }

  assert {
    condition     = output.expressions == {} && length(output.problems) == 11
    error_message = "none is approximated"
  }
  assert {
    condition     = strcontains(output.problems["both"], "a window for each") && strcontains(output.problems["minute"], "minute") && strcontains(output.problems["four"], "4 fields")
    error_message = "each says what is wrong"
  }
}
