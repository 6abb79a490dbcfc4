// One call: everything else is in functions, where nothing is bound to the main actor.
await Segue.main()
